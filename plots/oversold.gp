# Seats sold, against capacity.
# data: variant, median, least, most, colour, label. Also given: n bars, capacity, stock (it in words), reach (the end of the longest).
load home.'/style.gp'

room = 1.3 * reach # the labels stand right of the bars
set xrange [0:room]
set yrange [n + 0.6:0.4]
set xlabel 'seats sold (whiskers: least to most of the trials)' textcolor rgb ink
set ytics scale 0
if (n > 8) { set ytics font ',10' }
barred = 1
set grid noytics
set tmargin at screen 0.83
half = 0.32

if (capacity < room) {
    set object 1 rectangle from capacity, graph 0 to graph 1, graph 1 behind fillcolor rgb '#fbe6e0' fillstyle solid noborder
    set arrow 1 from capacity, graph 0 to capacity, graph 1 nohead front linewidth 2 dashtype 2 linecolor rgb ink
    set label 3 'capacity '.stock at capacity, graph 1.02 \
        center textcolor rgb ink font ',11'
    set label 4 'oversold' at graph 0.99, graph 1.02 right textcolor rgb '#a03010' font ',11'
} else {
    set label 3 'capacity '.stock.': right of this picture' at graph 0.99, graph 1.02 \
        right textcolor rgb ink font ',11'
}

plot data using ($2 / 2):($0 + 1):(0):2:($0 + 1 - half):($0 + 1 + half):5:ytic(1) \
         with boxxyerror fillstyle solid 0.9 noborder linecolor rgb variable, \
     data using ($3 < $4 ? $2 : NaN):($0 + 1):3:4 with xerrorbars pointtype -1 linewidth 1.5 linecolor rgb ink, \
     data using 4:($0 + 1):6 with labels left offset 0.8,0 textcolor rgb ink

load home.'/png.gp'
