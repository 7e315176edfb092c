# escape=`
# Escape=\
# Expected: gap at 2:1, escape is there twice; the first counts: 5:3 alpine:3.20
FROM `
  alpine:3.20
