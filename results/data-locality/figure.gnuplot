# gnuplot figure.gnuplot draws figure.svg from data.csv; gnuplot -e 'kind = "pdf"' figure.gnuplot draws figure.pdf
if (!exists("kind")) kind = "svg"
if (kind eq "svg") set terminal svg size 900,420 dynamic font "Helvetica,13" background "white"
if (kind eq "pdf") set terminal pdfcairo size 9in,4.2in font "Helvetica,12"
set output "figure." . kind
set datafile separator ","
set key outside above
set grid linecolor rgb '#dddddd'
set border 3
set tics nomirror
set multiplot layout 1,3
unset key
set style fill solid 0.8
set boxwidth 0.6
set xrange [-0.6:3.6]
set xtics ('static' 0, 'no delay' 1, 'wait 1 s' 2, 'wait 5 s' 3) rotate by -30
set yrange [0:100]
set ylabel 'maps with their data [%]'
plot 'data.csv' skip 1 every ::0::3 using 0:3:4 with boxerrorbars lc rgb '#0072B2'
set yrange [0:*]
set ylabel 'time of a job [s]'
plot 'data.csv' skip 1 every ::0::3 using 0:5:6 with boxerrorbars lc rgb '#E69F00'
set key inside bottom right samplen 2
set logscale x
set xrange [0.6:1700]
set xtics norotate (1, 10, 100, 1000)
set yrange [0:100]
set xlabel 'allocation interval [ms]'
set ylabel 'maps with their data [%]'
plot 'data.csv' skip 5 every ::0::3 using 2:3 with lines lw 1.5 lc rgb '#D55E00' notitle, 'data.csv' skip 5 every ::0::3 using 2:3:4 with yerrorbars pt 5 ps 0.8 lc rgb '#D55E00' title 'no delay', 'data.csv' skip 9 every ::0::3 using 2:3 with lines lw 1.5 lc rgb '#0072B2' notitle, 'data.csv' skip 9 every ::0::3 using 2:3:4 with yerrorbars pt 6 ps 0.8 lc rgb '#0072B2' title 'wait of 1 s', 'data.csv' skip 13 every ::0::3 using 2:3 with lines lw 1.5 lc rgb '#009E73' notitle, 'data.csv' skip 13 every ::0::3 using 2:3:4 with yerrorbars pt 7 ps 0.8 lc rgb '#009E73' title 'wait of 5 s'
unset multiplot
