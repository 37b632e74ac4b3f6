# p99 of all requests against what is swept.
ylabel = 'p99 of system time (ms)'
load home.'/sweep.gp'
