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
set key inside bottom right samplen 2
set yrange [0:105]
set xrange [0:630]
set xlabel 'looks before a launch anywhere, D, of 1,000 machines'
set ylabel 'maps with their data [%]'
plot 'data.csv' skip 1 every ::0::6 using 1:2:3 with yerrorbars pt 7 ps 0.6 lc rgb '#0072B2' title 'reset on every launch', 'data.csv' skip 1 every ::0::6 using 1:4 with lines lw 1.5 lc rgb '#0072B2' title 'closed form l(D)', 'data.csv' skip 1 every ::0::6 using 1:5:6 with yerrorbars pt 5 ps 0.6 lc rgb '#D55E00' title 'reset on a local launch, as published', 'data.csv' skip 1 every ::0::6 using 1:7 with lines dt 2 lw 1.5 lc rgb '#D55E00' title 'the algorithm alone, simulated'
set key outside above
set style fill solid 0.8
set boxwidth 0.35
set xrange [-0.6:4.6]
set xlabel ''
set xtics ('1, on a tenth' 0, '3 maps' 1, '10 maps' 2, '100 maps' 3, 'sticky slots' 4) rotate by -20
plot 'data.csv' skip 8 using ($0 - 0.19):2:3 with boxerrorbars lc rgb '#D55E00' title 'no delay', 'data.csv' skip 8 using ($0 + 0.19):5:6 with boxerrorbars lc rgb '#0072B2' title 'wait of 5 s'
unset multiplot
