# What the database is asked: statements per request, reads dark and writes light.
# data: variant, reads, statements, least, most, colour, label. Also given: n bars, reach (the end of the longest).
load home.'/style.gp'

set xrange [0:1.62 * reach] # the labels stand right of the bars
set yrange [n + 0.6:0.4]
set xlabel 'statements per request (reads dark, writes light)' textcolor rgb ink
set ytics scale 0
if (n > 8) { set ytics font ',10' }
barred = 1
set grid noytics
half = 0.32

plot data using ($3 / 2):($0 + 1):(0):3:($0 + 1 - half):($0 + 1 + half):6:ytic(1) \
         with boxxyerror fillstyle solid 0.4 noborder linecolor rgb variable, \
     data using ($2 / 2):($0 + 1):(0):2:($0 + 1 - half):($0 + 1 + half):6 \
         with boxxyerror fillstyle solid 1.0 noborder linecolor rgb variable, \
     data using ($4 < $5 ? $3 : NaN):($0 + 1):4:5 with xerrorbars pointtype -1 linewidth 1.5 linecolor rgb ink, \
     data using 5:($0 + 1):7 with labels left offset 0.8,0 textcolor rgb ink

load home.'/png.gp'
