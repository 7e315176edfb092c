New-AzVM ÿ
