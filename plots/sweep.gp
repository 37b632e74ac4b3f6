# One number against what is swept, with its 95 % interval.
# data: place, median, ends of the interval; a block per variant. Also given: n, names, colours, dashes (words, one per block),
# places and labels of the x axis (words), low and high of it, key (what is swept), logx, logy, ylabel.
load home.'/style.gp'
thick(i) = 2
marked = 1
load home.'/key.gp'

set xlabel key textcolor rgb ink
set ylabel ylabel textcolor rgb ink
set xtics ()
do for [i = 1:words(places)] { set xtics add (word(labels, i) real(word(places, i))) }
set format y '%g'
if (logy) { set logscale y } else { set yrange [0:*] }

# Whiskers of one place stand side by side.
if (logx) {
    set logscale x
    set xrange [low / 1.15:high * 1.15]
    aside(x, i) = x * (1 + 0.012 * (i - (n + 1) / 2.0))
} else {
    pad = high > low ? 0.06 * (high - low) : 0.5
    set xrange [low - pad:high + pad]
    aside(x, i) = x + 0.08 * pad * (i - (n + 1) / 2.0)
}

plot for [i = 1:n] data index i - 1 using (aside($1, i)):2:3:4 with yerrorlines linewidth thick(i) \
    dashtype int(word(dashes, i)) pointtype mark(i) pointsize 0.8 linecolor rgb word(colours, i)

load home.'/png.gp'
