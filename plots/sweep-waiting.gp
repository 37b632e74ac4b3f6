# How many times longer the response takes than the service, p99 of each, against what is swept.
ylabel = 'p99 of response time / p99 of service time'
load home.'/sweep.gp'
