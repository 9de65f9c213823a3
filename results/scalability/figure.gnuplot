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
set datafile missing NaN
set multiplot layout 1,3
set logscale xy
set xrange [700:3e5]
set yrange [0.3:3000]
set xlabel 'agents'
set format x '10^{%T}'
set ylabel 'overhead [ms]'
set key outside above maxcols 1 samplen 2
plot 'data.csv' skip 1 using (strcol(1) eq 'own costs' ? $2 : NaN):($3-$4):($3+$4) with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2' notitle, 'data.csv' skip 1 using (strcol(1) eq 'own costs' ? $2 : NaN):3 with linespoints pt 5 ps 0.7 lw 1.5 lc rgb '#0072B2' title 'the costs of this master', 'data.csv' skip 1 using (strcol(1) eq 'with packets' ? $2 : NaN):($3-$4):($3+$4) with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00' notitle, 'data.csv' skip 1 using (strcol(1) eq 'with packets' ? $2 : NaN):3 with linespoints pt 7 ps 0.7 lw 1.5 lc rgb '#D55E00' title 'and 10 us for each packet', 1000 with lines dt 2 lc rgb 'black' title 'bound of the paper'
set xrange [700:1e8]
set yrange [1e-5:3]
set ylabel 'load of the master'
set format y '10^{%T}'
plot 'data.csv' skip 1 using (strcol(1) eq 'own costs' ? $2 : NaN):5 with linespoints pt 5 ps 0.7 lw 1.5 lc rgb '#0072B2' title 'the costs of this master', 'data.csv' skip 1 using (strcol(1) eq 'with packets' ? $2 : NaN):5 with linespoints pt 7 ps 0.7 lw 1.5 lc rgb '#D55E00' title 'and 10 us for each packet', 'data.csv' skip 1 using (strcol(1) eq 'in proportion' ? $2 : NaN):5 with lines dt 2 lc rgb '#0072B2' title 'in proportion', 'data.csv' skip 1 using (strcol(1) eq 'in proportion with packets' ? $2 : NaN):5 with lines dt 2 lc rgb '#D55E00' notitle, 'data.csv' skip 1 using (strcol(1) eq 'saturated' ? $2 : NaN):5 with lines dt 3 lc rgb '#0072B2' notitle, 'data.csv' skip 1 using (strcol(1) eq 'saturated with packets' ? $2 : NaN):5 with lines dt 3 lc rgb '#D55E00' notitle, 1 with lines lc rgb 'black' title 'saturated'
unset logscale x
set format x '%g'
set xrange [0:1.6]
set xtics 0.5
set yrange [10:1e5]
set xlabel 'agents / predicted capacity'
set ylabel 'overhead [ms]'
set arrow 1 from 1,10 to 1,1e5 nohead dt 3 lc rgb 'black'
plot 'data.csv' skip 1 using (strcol(1) eq 'of predicted' ? $2 : NaN):($3-$4):($3+$4) with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73' notitle, 'data.csv' skip 1 using (strcol(1) eq 'of predicted' ? $2 : NaN):3 with linespoints pt 9 ps 0.7 lw 1.5 lc rgb '#009E73' title 'all costs x 10,000', 41957.5 with lines dt 2 lc rgb 'black' title 'end of the run'
unset multiplot
