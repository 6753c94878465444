package apis

import "net/http"

// business returns the servers of the examples for whole organizations: where a
// login or a key is for one tenant of many.
func business() []API {
	return []API{
		{
			Example: "quickbooks", Origin: "https://quickbooks.api.intuit.com", Login: "https://appcenter.intuit.com",
			Others: []string{"https://oauth.platform.intuit.com", "https://developer.api.intuit.com"},
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": quickBooksClient, "clientSecret": quickBooksSecret}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newQuickBooks(),
		},
		{
			Example: "netsuite", Origin: "https://1234567-sb1.suitetalk.api.netsuite.com",
			Options: map[string]Option{"default": {
				Inputs: values{
					"account": netSuiteAccount, "consumerKey": netSuiteConsumerKey, "consumerSecret": netSuiteConsumerSecret,
					"tokenId": netSuiteToken, "tokenSecret": netSuiteTokenSecret,
				},
				Secrets: []string{"consumerKey", "consumerSecret", "tokenId", "tokenSecret"},
			}},
			Handler: newNetSuite(),
		},
		{
			Example: "snowflake", Origin: "https://" + snowflakeAccount + ".snowflakecomputing.com",
			Options: map[string]Option{
				"oauth": {
					Inputs:     values{"account": snowflakeAccount, "role": "ANALYST"},
					Parameters: values{"clientId": snowflakeClient, "clientSecret": snowflakeSecret}, Secrets: []string{"clientSecret"}, Browser: true,
				},
				"keyPair": {
					Inputs:  values{"account": snowflakeAccount, "user": "ada", "fingerprint": snowflakeFingerprint(), "privateKey": clientKey},
					Secrets: []string{"user", "privateKey"}, Wrong: values{"privateKey": otherKey},
				},
			},
			Handler: newSnowflake(),
		},
		{
			Example: "microsoft-graph", Origin: "https://graph.microsoft.com", Login: "https://login.microsoftonline.com",
			Options: map[string]Option{
				"app": {
					Inputs:     values{"tenant": graphTenant},
					Parameters: values{"clientId": graphClient, "certificate": clientCertificate, "privateKey": clientKey},
					Secrets:    []string{"clientId", "privateKey"}, Wrong: values{"privateKey": otherKey},
				},
				"login": {
					Parameters: values{"clientId": graphClient, "clientSecret": graphSecret}, Secrets: []string{"clientSecret"}, Browser: true,
				},
			},
			Handler: newGraph(),
		},
		{
			Example: "okta", Origin: "https://acme.okta.com",
			Options: map[string]Option{
				"service": {
					Inputs:  values{"org": "acme", "clientId": oktaClient, "keyId": oktaKeyID, "privateKey": clientKey},
					Secrets: []string{"clientId", "keyId", "privateKey"}, Wrong: values{"privateKey": otherKey},
				},
				"token": {Inputs: values{"org": "acme", "token": oktaToken}, Secrets: []string{"token"}},
			},
			Handler: newOkta(),
		},
		{
			Example: "datadog", Origin: "https://api.us3.datadoghq.com",
			Options: map[string]Option{"default": {
				Inputs:  values{"site": "us3.datadoghq.com", "apiKey": datadogAPIKey, "applicationKey": datadogApplicationKey},
				Secrets: []string{"apiKey", "applicationKey"},
			}},
			Handler: http.HandlerFunc(datadog),
		},
		{
			Example: "paypal", Origin: "https://api-m.paypal.com",
			Options: map[string]Option{"default": {
				Inputs: values{"clientId": payPalClient, "clientSecret": payPalSecret}, Secrets: []string{"clientId", "clientSecret"},
			}},
			Handler: newPayPal(),
		},
	}
}
