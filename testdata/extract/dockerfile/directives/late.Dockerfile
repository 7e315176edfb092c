
# escape=`
# Expected: a blank line ends the directives: 5:3 alpine:3.20
FROM \
  alpine:3.20
