az group delete ÿþ
