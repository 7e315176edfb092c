az keyvault secret show --vault-name shop --name password --query value -o tsv
az keyvault secret show --vault-name shop --name password | jq -r .value
az keyvault secret show --vault-name shop --name password --query "$PART"
az keyvault secret show --vault-name shop --name password --query id -o tsv
az keyvault secret show --vault-name shop --name password --query "tags.owner"
az keyvault secret show --vault-name shop --name password -o none
aws secretsmanager get-secret-value --secret-id shop --query SecretString --output text
aws secretsmanager get-secret-value --secret-id shop --query ARN
aws ssm get-parameter --with-decryption --name shop --query Parameter.Value
aws ssm get-parameter --with-decryption --name shop --query Parameter.Version
