#escape=`
# Expected: 4:3 alpine:3.20
FROM `
  alpine:3.20
