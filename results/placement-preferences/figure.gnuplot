# gnuplot figure.gnuplot draws figure.svg from data.csv; gnuplot -e 'kind = "pdf"' figure.gnuplot draws figure.pdf
if (!exists("kind")) kind = "svg"
if (kind eq "svg") set terminal svg size 900,450 dynamic font "Helvetica,13" background "white"
if (kind eq "pdf") set terminal pdfcairo size 9in,4.5in font "Helvetica,12"
set output "figure." . kind
set datafile separator ","
set key outside above
set grid linecolor rgb '#dddddd'
set border 3
set tics nomirror
set multiplot layout 1,2
set key maxcols 3 samplen 2
set xlabel 'weight'
set ylabel 'part of the slots [%]'
set xrange [-0.6:2.6]
set yrange [0:70]
set boxwidth 0.3
set style fill solid 0.8
set xtics ('1' 0, '2' 1, '5' 2)
plot 'data.csv' skip 1 every ::0::2 using ($0 + -0.17):4:5 with boxerrorbars lc rgb '#56B4E9' title 'lottery', 'data.csv' skip 4 every ::0::2 using ($0 + 0.17):4:5 with boxerrorbars lc rgb '#E69F00' title 'DRF', 'data.csv' skip 1 every ::0::2 using 0:6 with points pt 2 ps 1.5 lw 2 lc rgb 'black' title 'weighted fair'
set xrange [0:4.2]
set xtics auto
set xtics 1
set xlabel 'time [T]'
set key maxcols 2
plot 'data.csv' skip 7 every ::0::7 using 3:4:5 with yerrorbars pt 5 ps 0.7 lw 1.5 lc rgb '#D55E00' title 'lottery, weight 1', 12.5 * (1 - exp(-x)) with lines lw 1.5 lc rgb '#D55E00' notitle, 'data.csv' skip 15 every ::0::7 using 3:4:5 with yerrorbars pt 7 ps 0.7 lw 1.5 lc rgb '#009E73' title 'lottery, weight 2', 25 * (1 - exp(-x)) with lines lw 1.5 lc rgb '#009E73' notitle, 'data.csv' skip 23 every ::0::7 using 3:4:5 with yerrorbars pt 9 ps 0.7 lw 1.5 lc rgb '#0072B2' title 'lottery, weight 5', 62.5 * (1 - exp(-x)) with lines lw 1.5 lc rgb '#0072B2' notitle, NaN with lines lw 1.5 lc rgb 'black' title 'computed'
unset multiplot
