# There is nothing to see, and why.
load home.'/style.gp'

unset border
unset tics
unset grid
set xrange [0:1]
set yrange [0:1]
set label 3 'no data' at graph 0.5, graph 0.58 center textcolor rgb ink
set label 4 why at graph 0.5, graph 0.46 center textcolor rgb faint

plot NaN

load home.'/png.gp'
