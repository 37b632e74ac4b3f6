# Winners by place in the line: which share of the bookings, however many seats each, had gone to the first so many who
# asked; a panel per variant. data: place (% of the line), bookings (% of all); a block per variant. Also given: n,
# names, notes, colours (words, one per block), columns of panels.
load home.'/style.gp'

rows = (n + columns - 1) / columns
left = 0.075; right = 0.985; top = 0.84; low = 0.1 # of the screen, all panels together
wide = (right - left) / columns
high = (top - low) / rows
set logscale x # who wins is mostly decided among the first few
set xrange [1:100]
set yrange [0:103]
if (columns > 4) { set xtics (1, 10) } else { set xtics (1, 2, 5, 10, 20, 50, 100) }
set xtics font ',10' scale 0.5 offset 0,0.4
set ytics 0, 50, 100 font ',10' scale 0.5 offset 0.6,0
set label 3 'place in the line of those who asked (first so many %, logarithmic)' at screen 0.5, screen 0.025 center textcolor rgb ink font ',11'
set label 4 'bookings that are theirs (%)' at screen 0.022, screen (low + top) / 2 center rotate by 90 textcolor rgb ink font ',11'

do for [pass = 1:2] {
    if (pass == 2) {
        # PNG's points are larger than SVG's.
        set terminal pngcairo size 900,500 noenhanced background rgb 'white' font 'DejaVu Sans,10'
        set output png
        set xtics font ',7.5'
        set ytics font ',7.5'
        set label 1 title at screen 0.5, screen 0.95 center textcolor rgb ink font ',11.5'
        set label 2 subtitle at screen 0.5, screen 0.9 center textcolor rgb faint font ',8.5'
        set label 3 'place in the line of those who asked (first so many %, logarithmic)' at screen 0.5, screen 0.025 center textcolor rgb ink font ',8.5'
        set label 4 'bookings that are theirs (%)' at screen 0.022, screen (low + top) / 2 center rotate by 90 textcolor rgb ink font ',8.5'
    }
    small = columns > 4 ? (pass == 1 ? ',9.5' : ',7') : (pass == 1 ? ',10.5' : ',8')
    set multiplot
    do for [i = 1:n] {
        column = (i - 1) % columns
        row = (i - 1) / columns
        set lmargin at screen left + column * wide
        set rmargin at screen left + (column + 0.92) * wide
        set tmargin at screen top - (row + (rows > 3 ? 0.2 : 0.14)) * high
        set bmargin at screen top - (row + (rows > 3 ? 0.98 : 0.92)) * high
        # Only what stands outside has numbers.
        if (i + columns > n) { set format x '%g' } else { set format x '' }
        if (column == 0) { set format y '%g' } else { set format y '' }
        set label 11 word(names, i) at graph 0.02, graph 1 offset 0,0.55 left textcolor rgb ink font small
        set label 12 word(notes, i) at graph 0.98, graph 0 offset 0,0.8 right front textcolor rgb ink font small
        plot data index i - 1 using 1:2 with filledcurves y1=0 linecolor rgb word(colours, i) fillstyle solid 0.25 noborder, \
             x with lines dashtype 2 linewidth 1 linecolor rgb faint, \
             data index i - 1 using 1:2 with lines linewidth 2.4 linecolor rgb word(colours, i)
        do for [k = 1:4] { unset label k }
    }
    unset multiplot
    unset output
}
