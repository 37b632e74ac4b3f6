# Answers per second against users in closed load, with 95 % intervals, and the Universal Scalability Law through them.
# data: N, X, half of the interval, its ends; a block per variant. Also given: n, names, colours, dashes, lambdas, sigmas, kappas
# (words, one per block; lambda 0: not fitted), places (words), low and high of N, peaks (a note).
load home.'/style.gp'
thick(i) = 2
marked = 1
load home.'/key.gp'

set xlabel 'users who ask again as soon as answered' textcolor rgb ink
set ylabel 'answers per second' textcolor rgb ink
set logscale xy
set xrange [low / 1.15:high * 1.15]
set xtics ()
do for [i = 1:words(places)] { set xtics add (word(places, i) real(word(places, i))) }
set format y '%g'
set label 3 peaks at graph 0.99, graph 1.02 right textcolor rgb ink font ',11'
set tmargin at screen 0.83

fitted(i) = real(word(lambdas, i)) > 0
law(i, N) = fitted(i) ? real(word(lambdas, i)) * N / \
    (1 + real(word(sigmas, i)) * (N - 1) + real(word(kappas, i)) * N * (N - 1)) : NaN

set samples 200
plot for [i = 1:n] [N = low:high] law(i, N) with lines linewidth 1.5 dashtype int(word(dashes, i)) \
    linecolor rgb word(colours, i), \
    for [i = 1:n] data index i - 1 using 1:2:4:5 with yerrorbars linewidth 1.5 pointtype mark(i) pointsize 0.8 \
    linecolor rgb word(colours, i)

load home.'/png.gp'
