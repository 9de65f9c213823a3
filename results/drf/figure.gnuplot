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
set multiplot layout 1,2
set key maxcols 1
set xlabel 'time [s]'
set ylabel 'dominant share'
set yrange [0:1]
set xrange [0:360]
set xtics 60
set arrow 1 from 120,0 to 120,1 nohead dt 3 lc rgb 'black'
set arrow 2 from 240,0 to 240,1 nohead dt 3 lc rgb 'black'
plot 'data.csv' skip 1 using (strcol(1) eq 'job one' ? $2 : NaN):($3-$4):($3+$4) with filledcurves fs transparent solid 0.3 noborder lc rgb '#0072B2' notitle, 'data.csv' skip 1 using (strcol(1) eq 'job one' ? $2 : NaN):3 with lines lw 2 lc rgb '#0072B2' title 'first job: <1 cpu, 10 GB>, <2, 4>, <1, 1>', 'data.csv' skip 1 using (strcol(1) eq 'job two' ? $2 : NaN):($3-$4):($3+$4) with filledcurves fs transparent solid 0.3 noborder lc rgb '#D55E00' notitle, 'data.csv' skip 1 using (strcol(1) eq 'job two' ? $2 : NaN):3 with lines lw 2 lc rgb '#D55E00' title 'second job: <1, 1>, <1, 3>, <1, 10>'
unset arrow 1
unset arrow 2
set xrange [-0.6:7.6]
set yrange [*:*]
set xtics ('1' 0, '2' 1, '10' 2, '50' 3, '100' 4, '200' 5, '400' 6, '800' 7)
set xlabel 'tasks of the job'
set ylabel 'completion time cut by DRF [%]'
set xzeroaxis lt 1 lc rgb 'black'
plot 'data.csv' skip 1 using (strcol(1) eq '2 slots' ? $2 : NaN):3:4 with yerrorbars pt 5 ps 0.9 lw 1.5 lc rgb '#0072B2' title 'against 2 slots an agent', 'data.csv' skip 1 using (strcol(1) eq '3 slots' ? $2 : NaN):3:4 with yerrorbars pt 7 ps 0.9 lw 1.5 lc rgb '#D55E00' title 'against 3, without slowdown'
unset multiplot
