# The same picture once more, as PNG: its points are larger than SVG's.
set terminal pngcairo size 900,500 noenhanced background rgb 'white' font 'DejaVu Sans,10'
set label 1 font ',11.5'
do for [i = 2:4] { set label i font ',8.5' }
if (exists('keyed')) {
    do for [i = 1:n] { set label 10 + i font ',8.5' }
    set xlabel offset 0,0.1
}
if (exists('barred') && n > 8) { set ytics font ',8' }
set output png
replot
unset output
