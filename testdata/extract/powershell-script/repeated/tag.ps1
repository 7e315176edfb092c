$a = New-AzTag -ResourceId $x.Id -Tag $tags
New-AzTag -ResourceId $y.Id -Tag $tags
az vm show --name web
az vm start --name web
az vm start --name api
az vm run-command invoke --name web --command-id RunShellScript
