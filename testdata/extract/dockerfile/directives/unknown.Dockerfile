# build=release
# escape=`
# Expected: a name that is no directive ends them, so the escape of line 2 doesn't count: 6:3 alpine:3.20,
# 7:13 and 8:13 acme/a:1 and acme/b:1, as a backtick continues nothing
FROM \
  alpine:3.20
COPY --from=acme/a:1 a `
COPY --from=acme/b:1 b `
