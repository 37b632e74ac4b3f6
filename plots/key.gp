# The key below the axis, drawn by hand: gnuplot's own is cut where names are long, and differs between SVG and PNG.
# Needs n, names, colours, dashes, and thick(i); with marked = 1 also each line's point type is shown.
longest = 1
do for [i = 1:n] { longest = strlen(word(names, i)) > longest ? strlen(word(names, i)) : longest }
wide = 6.3 * longest + 56.0 # pixels of a column, of 900
across = int(880 / wide)
across = across < 1 ? 1 : across > n ? n : across
rows = (n + across - 1) / across
across = (n + rows - 1) / rows
left(i) = (450 - wide * across / 2 + wide * ((i - 1) / rows)) / 900
high(i) = (15 + 16.0 * (rows - 1 - (i - 1) % rows)) / 500
mark(i) = 6 + i

do for [i = 1:n] {
    set arrow 10 + i from screen left(i), screen high(i) to screen left(i) + 34.0 / 900, screen high(i) nohead front \
        linewidth thick(i) dashtype int(word(dashes, i)) linecolor rgb word(colours, i)
    set label 10 + i word(names, i) at screen left(i) + 41.0 / 900, screen high(i) left front \
        textcolor rgb ink font ',11'
    if (exists('marked')) {
        set label 50 + i '' at screen left(i) + 17.0 / 900, screen high(i) front \
            point pointtype mark(i) pointsize 0.8 linecolor rgb word(colours, i)
    }
}
keyed = 1
set bmargin at screen (66 + 16.0 * rows) / 500
set xlabel offset 0,0.5
