resource logs 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'logs'
  location: 'westeurope'
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
}
