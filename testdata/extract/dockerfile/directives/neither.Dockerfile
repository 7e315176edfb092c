# escape=^
# Expected: gap at 1:1, the escape stays a backslash: 4:3 alpine:3.20
FROM \
  alpine:3.20
