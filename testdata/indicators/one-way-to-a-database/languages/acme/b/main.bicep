resource db 'Microsoft.DBforPostgreSQL/flexibleServers@2023-06-01-preview' = {
  name: 'stock'
  location: 'westeurope'
}
