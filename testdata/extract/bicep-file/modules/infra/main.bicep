targetScope = 'resourceGroup'

@description('What it is called: module x \'y.bicep\' = {')
param name string

// module old 'br:acme.azurecr.io/bicep/old:v1' = {
/*
resource older 'Microsoft.Storage/storageAccounts@2019-06-01' = {
}
*/
module queue './modules/queue.bicep' = {
  name: 'queue-${toLower('${name}-x')}'
}

module storage 'br:acme.azurecr.io/bicep/modules/storage:v1' = [for i in range(0, 2): {
  name: 'storage${i}'
}]

module net 'br/platform:net:2.1.0' = {
  name: 'net'
}

module public 'br/public:avm/res/key-vault/vault:0.9.0' = if (name != '') {
  name: 'vault'
}

module spec 'ts/specs:db:1.0' = {
  name: 'db'
}

module unknown 'br/nobody:db:1.0' = {
  name: 'unknown'
}

resource account 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: name

  resource blobs 'blobServices' = {
    name: 'default'

    resource orders 'containers' = {
      name: 'orders'
    }
  }
}

resource known 'Microsoft.Sql/servers@2023-05-01-preview' existing = {
  name: 'shared'
}

var text = '''
module inText 'br:acme.azurecr.io/bicep/text:v1' = {
'''

output id string = account.id
