# Expected: what looks like a heredoc named 4 has no end (gap at 3:5), later ones count: 7 busybox:1.36
FROM alpine:3.20
RUN echo $(( 1 << 4 ))
RUN cat <<EOF
FROM wrong:1
EOF
FROM busybox:1.36
