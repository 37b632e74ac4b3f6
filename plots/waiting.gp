# What a clock misses that starts when a request begins: p99 of service time (hollow) and of response time (full).
# data: variant, service, response (ms), colour, label (their ratio). Also given: n rows, low and high of the values.
load home.'/style.gp'

set logscale x
set xrange [low / 1.4:high * 1.4 * (high / low) ** 0.14] # the labels stand right of the dots
set yrange [n + 0.6:0.4]
set format x '%g'
set xlabel 'p99 in ms: service time (hollow) and response time (full); behind them, how many times as long' \
    textcolor rgb ink
set ytics scale 0
if (n > 8) { set ytics font ',10' }
barred = 1

plot data using 2:($0 + 1):($3 - $2):(0):4:ytic(1) with vectors nohead linewidth 3 linecolor rgb variable, \
     data using 2:($0 + 1):4 with points pointtype 7 pointsize 1.2 linecolor rgb variable, \
     data using 2:($0 + 1) with points pointtype 7 pointsize 0.75 linecolor rgb 'white', \
     data using 3:($0 + 1):4 with points pointtype 7 pointsize 1.2 linecolor rgb variable, \
     data using 3:($0 + 1):5 with labels left offset 1.2,0 textcolor rgb ink

load home.'/png.gp'
