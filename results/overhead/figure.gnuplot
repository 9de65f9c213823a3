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
set ylabel 'time of the job [s]'
set yrange [0:*]
set xrange [-0.6:1.6]
set boxwidth 0.3
set style fill solid 0.8
set xtics ('MPI LINPACK' 0, 'Hadoop WordCount' 1)
plot 'data.csv' skip 1 using ($0 - 0.17):2:3 with boxerrorbars lc rgb '#999999' title 'without Mesos', 'data.csv' skip 1 using ($0 + 0.17):4:5 with boxerrorbars lc rgb '#0072B2' title 'with Mesos'
