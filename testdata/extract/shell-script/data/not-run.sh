#!/bin/sh
# kubectl delete ns shop
echo "run: aws ec2 terminate-instances"
printf '%s\n' 'ssh ops@web-1'
cat <<EOF > hint.txt
az group delete -n shop
EOF
command -v gcloud
kubectl() { echo "$@"; }
kubectl delete pod x
terraform plan
aws ec2 describe-vpcs
ssh -T git@forge.example.org
kubectl_get="kubectl delete"
sudo apt-get install -y jq
aws --endpoint-url http://localhost:4566 s3 mb s3://x
curl -s https://example.org/x.json | python3 -m json.tool
