FROM alpine
# café
