# gnuplot figure.gnuplot draws figure.svg from data.csv; gnuplot -e 'kind = "pdf"' figure.gnuplot draws figure.pdf
if (!exists("kind")) kind = "svg"
if (kind eq "svg") set terminal svg size 900,900 dynamic font "Helvetica,13" background "white"
if (kind eq "pdf") set terminal pdfcairo size 9in,9.0in font "Helvetica,12"
set output "figure." . kind
set datafile separator ","
set key outside above
set grid linecolor rgb '#dddddd'
set border 3
set tics nomirror
set multiplot layout 3,2
set xrange [0:2400]
set yrange [0:100]
set xlabel 'time [s]'
set key inside top right samplen 2
set title 'Facebook Hadoop mix'
set ylabel 'share of the CPUs [%]'
plot 'data.csv' skip 1 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 1 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 122 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 122 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
set title 'Large Hadoop mix'
set ylabel 'share of the CPUs [%]'
plot 'data.csv' skip 243 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 243 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 364 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 364 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
set title 'Spark'
set ylabel 'share of the CPUs [%]'
plot 'data.csv' skip 485 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 485 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 606 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 606 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
set title 'MPI'
set ylabel 'share of the CPUs [%]'
plot 'data.csv' skip 727 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 727 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 848 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 848 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
set title 'CPUs allocated'
set ylabel 'of the cluster [%]'
plot 'data.csv' skip 969 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 969 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 1090 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 1090 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
set title 'memory allocated'
set ylabel 'of the cluster [%]'
plot 'data.csv' skip 1211 every ::0::120 using 3:5:6 with filledcurves fc rgb '#0072B2' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 1211 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#0072B2' title 'Mesos', 'data.csv' skip 1332 every ::0::120 using 3:5:6 with filledcurves fc rgb '#D55E00' fs transparent solid 0.25 noborder notitle, 'data.csv' skip 1332 every ::0::120 using 3:4 with lines lw 1.5 lc rgb '#D55E00' dt 2 title 'static partitions'
unset key
unset multiplot
