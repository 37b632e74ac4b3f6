# What every picture has in common. Each script loads this first, then plots, then loads png.gp.
# Labels 1 to 4 belong to it (title, subtitle, two notes of a script's own); the key has 11 and up.
# Variables, given with gnuplot -e: home (this folder), data (the picture's csv), svg, png (where to draw),
# title, subtitle, why (there is nothing to see), and what the script's own first lines name.
set encoding utf8
set terminal svg size 900,500 dynamic noenhanced background rgb 'white' font 'DejaVu Sans,13' name 'lastseat'
set output svg
set datafile separator comma

ink   = '#303030'
faint = '#707070'

set label 1 title at screen 0.5, screen 0.95 center textcolor rgb ink font ',15'
set label 2 subtitle at screen 0.5, screen 0.9 center textcolor rgb faint font ',11'
set tmargin at screen 0.86
set border 3 linecolor rgb faint
set tics nomirror out textcolor rgb ink
set grid linecolor rgb '#e2e2e2' linetype 1 linewidth 1
unset key

# Later lines are thinner, so that one that lies on another does not hide it.
thick(i) = 4.2 - 2.6 * (i - 1) / (n > 1 ? n - 1 : 1)
