# p99 against the load, up to where each strategy breaks.
# data: level, median, least, most, grey, broken (ms); a block per variant, then one of the floor (level, ms). Also given:
# n, names, colours, dashes (words, one per block), slo (ms),
# axis (what the load is).
load home.'/style.gp'
thick(i) = 2
load home.'/key.gp'

set logscale xy
set yrange [*:1.6 * slo < *]
set xlabel axis textcolor rgb ink
set ylabel 'p99 of system time (ms)' textcolor rgb ink
set format x '%g'
set format y '%g'
set label 3 sprintf('slo %g ms', slo) at graph 0.99, first slo right offset 0,0.6 textcolor rgb '#b02020' font ',10'
set label 4 'grey: users who do nothing (floor)' at graph 0.99, 0.04 right textcolor rgb '#707070' font ',10'
set arrow 1 from graph 0, first slo to graph 1, first slo nohead linewidth 1.5 linecolor rgb '#b02020'

plot data index n using 1:2 with lines linewidth 3 linecolor rgb '#d0d0d0', \
    for [i = 1:n] data index i - 1 using 1:2:3:4 with yerrorlines linewidth thick(i) pointtype 7 pointsize 0.4 \
    dashtype int(word(dashes, i)) linecolor rgb word(colours, i), \
    for [i = 1:n] data index i - 1 using 1:5 with points pointtype 6 pointsize 1.4 linewidth 2 linecolor rgb word(colours, i), \
    for [i = 1:n] data index i - 1 using 1:6 with points pointtype 2 pointsize 1.4 linewidth 2 linecolor rgb word(colours, i)

load home.'/png.gp'
