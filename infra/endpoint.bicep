// A private endpoint, and the zone that makes the public name of what it leads to resolve to it.
param location string
param tags object
param name string
param targetId string
param part string
param zone string
param networkId string
param subnetId string

resource names 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zone
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'app'
    location: 'global'
    tags: tags
    properties: { virtualNetwork: { id: networkId }, registrationEnabled: false }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2026-03-01' = {
  name: 'pe-${name}-${part}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: 'nic-${name}-${part}'
    privateLinkServiceConnections: [
      { name: part, properties: { privateLinkServiceId: targetId, groupIds: [part] } }
    ]
  }

  resource entries 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: part, properties: { privateDnsZoneId: names.id } }]
    }
  }
}
