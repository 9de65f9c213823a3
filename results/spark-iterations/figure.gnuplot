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
set xlabel 'iterations'
set ylabel 'time [s]'
set xrange [0:31]
set yrange [0:*]
set key inside top left
plot 'data.csv' skip 1 using 1:2 with lines lw 1.5 lc rgb '#D55E00' notitle, 'data.csv' skip 1 using 1:2:3 with yerrorbars pt 5 ps 0.8 lc rgb '#D55E00' title 'Hadoop', 'data.csv' skip 1 using 1:4 with lines lw 1.5 lc rgb '#0072B2' notitle, 'data.csv' skip 1 using 1:4:5 with yerrorbars pt 7 ps 0.8 lc rgb '#0072B2' title 'Spark'
