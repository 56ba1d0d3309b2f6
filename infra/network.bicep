// The network of the app: it goes out by one subnet, and what it keeps is reached in the other.
param location string
param tags object
param token string
param addressSpace string

// Azure's own rules are enough: what is in the network may talk, the Internet may not come in.
resource rules 'Microsoft.Network/networkSecurityGroups@2026-03-01' = {
  name: 'nsg-hybriddb-${token}'
  location: location
  tags: tags
  properties: { securityRules: [] }
}

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: 'vnet-hybriddb-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressSpace] }
    subnets: [
      {
        name: 'app'
        properties: {
          // One address an instance, 40 of them at most, and Azure keeps five.
          // https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to#enable-virtual-network-integration
          addressPrefix: cidrSubnet(addressSpace, 26, 0)
          networkSecurityGroup: { id: rules.id }
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressSpace, 26, 1)
          networkSecurityGroup: { id: rules.id }
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }
}

output id string = network.id
output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
