# Fits throughput against users, one block of data: N, X (per s), half of X's 95 % interval. Nothing is drawn; out gets
# a line "line h0 h1 h1_err ndf" (seconds per answer and per further user) and a line "usl lambda sigma kappa kappa_err ndf
# converged". x1: X at one user, to begin with. fixed: '' or the one of sigma and kappa that is held at 0.
# The parameters are fitted as logarithms, for gnuplot's fit has no bounds; kappa_err is that of the logarithm.
set datafile separator comma
set fit quiet logfile '/dev/null' errorvariables maxiter 500
set print out

h(N) = h0 + h1 * N
h0 = 1 / x1
h1 = h0 / 10
fit h(x) data index block using 1:(1 / $2):($3 / $2 ** 2) yerror via h0, h1
print sprintf('line %.9g %.9g %.9g %d', h0, h1, h1_err, FIT_NDF)

s = fixed eq 'sigma' ? 0 : 1
k = fixed eq 'kappa' ? 0 : 1
X(N) = exp(L) * N / (1 + s * exp(A) * (N - 1) + k * exp(B) * N * (N - 1))
L = log(x1)
A = log(0.05)
B = log(1e-4)
B_err = 0
if (fixed eq 'sigma') {
    fit X(x) data index block using 1:2:3 yerror via L, B
} else {
    if (fixed eq 'kappa') {
        fit X(x) data index block using 1:2:3 yerror via L, A
    } else {
        fit X(x) data index block using 1:2:3 yerror via L, A, B
    }
}
print sprintf('usl %.9g %.9g %.9g %.9g %d %d', exp(L), s * exp(A), k * exp(B), B_err, FIT_NDF, FIT_CONVERGED)
