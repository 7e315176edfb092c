module a '/absolute/a.bicep' = {
  name: 'a'
}
module b 'br:acme.azurecr.io/bicep/b' = {
  name: 'b'
}
var module = 'module'
