# Statements per request against what is swept, in those of one user with one seat.
ylabel = 'amplification (times one user, one seat)'
load home.'/sweep.gp'
