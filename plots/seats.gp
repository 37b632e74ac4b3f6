# Seats left over time.
# data: ms, seats left; a block per variant, then one of ms, seats left, colour of each one's last sale. Also given: n,
# names, colours, dashes (words, one per block), top and bottom of the axis, below (what lies below it), log, start of the time axis.
load home.'/style.gp'
load home.'/key.gp'

set xlabel 'time since the start (ms)'.(log ? ', logarithmic' : '') textcolor rgb ink
set ylabel 'seats left' textcolor rgb ink
set yrange [bottom:top]
set format x '%g'
if (log) { set logscale x }
set xrange [start:*]

set object 1 rectangle from graph 0, first 0 to graph 1, graph 0 behind fillcolor rgb '#fbe6e0' fillstyle solid noborder
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead front linewidth 2 dashtype 2 linecolor rgb ink
# A line that leaves the picture does so early; one that stays ends at the lower right: the words keep away from it.
if (strlen(below)) { set label 3 'oversold '.below at graph 0.99, graph 0.03 right front textcolor rgb '#a03010' font ',11' }
if (!strlen(below)) { set label 3 'oversold' at graph 0.01, graph 0.03 left front textcolor rgb '#a03010' font ',11' }

plot for [i = 1:n] data index i - 1 using 1:2 with steps linewidth thick(i) dashtype int(word(dashes, i)) \
         linecolor rgb word(colours, i), \
     data index n using 1:2:3 with points pointtype 7 pointsize 1 linecolor rgb variable

load home.'/png.gp'
