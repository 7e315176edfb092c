az storage account create --name shop
az webapp config access-restriction add --name shop
az network private-dns record-set a add-record --zone-name shop.example.org
aws ec2 create-vpc --cidr-block 10.0.0.0/16
gcloud compute instances delete shop
