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
set xlabel 'part of long tasks'
set xrange [0.25:1]
set logscale y
set ylabel 'mean wait for a slot [s]'
plot 'data.csv' skip 1 using (strcol(1) eq 'wait 2' ? $2 : NaN):3:4 with yerrorbars pt 5 ps 0.8 lc rgb '#E69F00' title '2 slots', 'data.csv' skip 1 using (strcol(1) eq 'wait 2' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#E69F00' notitle, 'data.csv' skip 1 using (strcol(1) eq 'wait 4' ? $2 : NaN):3:4 with yerrorbars pt 6 ps 0.8 lc rgb '#009E73' title '4 slots', 'data.csv' skip 1 using (strcol(1) eq 'wait 4' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#009E73' notitle, 'data.csv' skip 1 using (strcol(1) eq 'wait 8' ? $2 : NaN):3:4 with yerrorbars pt 7 ps 0.8 lc rgb '#0072B2' title '8 slots', 'data.csv' skip 1 using (strcol(1) eq 'wait 8' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#0072B2' notitle, 'data.csv' skip 1 using (strcol(1) eq 'wait kept' ? $2 : NaN):3:4 with yerrorbars pt 8 ps 0.8 lc rgb '#D55E00' title '8, one kept for short tasks', 'data.csv' skip 1 using (strcol(1) eq 'wait kept' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#D55E00' notitle, NaN with lines lw 1.5 lc rgb 'black' title 'tasks at random, computed'
set ylabel 'agents with long tasks alone [%]'
set yrange [0.01:120]
plot 'data.csv' skip 1 using (strcol(1) eq 'full 2' ? $2 : NaN):3:4 with yerrorbars pt 5 ps 0.8 lc rgb '#E69F00' title '2 slots', 'data.csv' skip 1 using (strcol(1) eq 'full 2' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#E69F00' notitle, 'data.csv' skip 1 using (strcol(1) eq 'full 4' ? $2 : NaN):3:4 with yerrorbars pt 6 ps 0.8 lc rgb '#009E73' title '4 slots', 'data.csv' skip 1 using (strcol(1) eq 'full 4' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#009E73' notitle, 'data.csv' skip 1 using (strcol(1) eq 'full 8' ? $2 : NaN):3:4 with yerrorbars pt 7 ps 0.8 lc rgb '#0072B2' title '8 slots', 'data.csv' skip 1 using (strcol(1) eq 'full 8' ? $2 : NaN):5 with lines lw 1.5 lc rgb '#0072B2' notitle, NaN with lines lw 1.5 lc rgb 'black' title 'tasks at random, computed'
unset multiplot
