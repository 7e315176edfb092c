param([string]$Name)
New-AzResourceGroup -Name $Name -Location westeurope
