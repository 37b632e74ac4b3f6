# How long until the answer: latency by percentile. The axis is log(1 / (1 - p)), so that 99, 99.9, ... stand apart.
# data: inverse, ms; a block per variant. Also given: n, names, colours, dashes (words, one per block).
load home.'/style.gp'
load home.'/key.gp'

set xlabel 'percentile of requests' textcolor rgb ink
set ylabel 'system time (ms)' textcolor rgb ink
set logscale xy
set format y '%g'
set xtics ('0' 1, '50' 2, '90' 10, '99' 100, '99.9' 1e3, '99.99' 1e4, '99.999' 1e5, '99.9999' 1e6, '99.99999' 1e7)
set xrange [1:*]

plot for [i = 1:n] data index i - 1 using 1:2 with lines linewidth thick(i) dashtype int(word(dashes, i)) \
    linecolor rgb word(colours, i)

load home.'/png.gp'
