# Expected: 6 debian:12 (the last default), 7 alpine:3.20 (no default changes nothing), 8 empty again (gap)
ARG OS=ubuntu:24.04 A=alpine:3.20 E=1
ARG OS=debian:12
ARG A
ARG E=
FROM $OS
FROM $A
FROM acme/app:$E
