package apim

// BuiltInTemplate is an e-mail template with its name.
type BuiltInTemplate struct {
	Name Name
	EmailTemplate
}

// EmailTemplates lists all e-mail templates with their initial texts
// (apim-rest.md §1.16).
var EmailTemplates = []BuiltInTemplate{
	builtIn("accountClosedDeveloper", "Account closed", "Thank you for using the $OrganizationName API",
		"Tells a developer that the account is closed.",
		[]string{
			`Your account at $OrganizationName is closed, as you asked. Your subscriptions have ended, and their keys open nothing any more.`,
			`Thank you for the time you spent with us. You are welcome back whenever you like.`,
		}),
	builtIn("applicationApprovedNotificationMessage", "Application approved", "Your application $AppName is published in the gallery",
		"Tells a developer that an application is in the gallery (deprecated).",
		[]string{
			`Your application $AppName has been approved. It is now in the gallery of $OrganizationName.`,
		}, "AppId", "AppName"),
	builtIn("confirmSignUpIdentityDefault", "New account: confirmation", "Please confirm your new $OrganizationName account",
		"Asks a new developer to confirm the e-mail address.",
		[]string{
			`Thank you for signing up at $OrganizationName. Please confirm that this is your address:`,
			`<a href="$ConfirmUrl">$ConfirmUrl</a>`,
			`If it was not you who signed up, nothing has to be done.`,
		}, "ConfirmUrl", "ConfirmQuery", "DevPortalHost"),
	builtIn("emailChangeIdentityDefault", "E-mail address: confirmation", "Please confirm the new e-mail address of your $OrganizationName account",
		"Asks a developer to confirm a new e-mail address.",
		[]string{
			`You want to use this address for your account at $OrganizationName. Please confirm it:`,
			`<a href="$ConfirmUrl">$ConfirmUrl</a>`,
			`If it was not you, nothing has to be done: the old address stays.`,
		}, "ConfirmUrl", "ConfirmQuery", "DevPortalHost"),
	builtIn("inviteUserNotificationMessage", "Invitation", "You are invited to join the $OrganizationName developer network",
		"Invites a developer whose account a publisher made.",
		[]string{
			`There is an account for you at the developer portal of $OrganizationName. Choose a password to begin:`,
			`<a href="$ConfirmUrl">$ConfirmUrl</a>`,
		}, "ConfirmUrl", "ConfirmQuery", "DevPortalHost"),
	builtIn("newCommentNotificationMessage", "New comment", "$IssueName: a new comment",
		"Tells a developer of a comment on an issue (deprecated).",
		[]string{
			`$CommenterFirstName $CommenterLastName commented on the issue $IssueName:`,
			`$CommentText`,
			`The issue is at <a href="$DevPortalUrl/issues/$IssueId">$DevPortalUrl/issues/$IssueId</a>.`,
		}, "CommenterFirstName", "CommenterLastName", "IssueId", "IssueName", "CommentText"),
	builtIn("newDeveloperNotificationMessage", "Welcome", "Welcome to the $OrganizationName API",
		"Welcomes a new developer.",
		[]string{
			`Welcome to the developer portal of $OrganizationName. You sign in as $DevUsername.`,
			`Find an API, subscribe to a product that holds it, and make your first call: <a href="$DevPortalUrl">$DevPortalUrl</a>`,
		}, "DevUsername", "DevEmail", "IdentityProvider"),
	builtIn("newIssueNotificationMessage", "New issue", "Your issue $IssueName was received",
		"Confirms that an issue was received (deprecated).",
		[]string{
			`Thank you for reporting the issue $IssueName. We look into it and answer as soon as we can.`,
		}, "IssueId", "IssueName"),
	builtIn("passwordResetByAdminNotificationMessage", "Password changed by an administrator", "Your new $OrganizationName password",
		"Tells a developer a password that an administrator set.",
		[]string{
			`An administrator of $OrganizationName set a new password for your account:`,
			`$DevPassword`,
			`Please change it after you have signed in at <a href="$DevPortalUrl">$DevPortalUrl</a>.`,
		}, "DevPassword"),
	builtIn("passwordResetIdentityDefault", "Password: confirmation", "Choose a new password for your $OrganizationName account",
		"Sends a developer the link with which to choose a new password.",
		[]string{
			`Somebody, most likely you, asked for a new password for your account at $OrganizationName. Choose one here:`,
			`<a href="$ConfirmUrl">$ConfirmUrl</a>`,
			`If it was not you, nothing has to be done: the old password stays.`,
		}, "ConfirmUrl", "ConfirmQuery", "DevPortalHost"),
	builtIn("purchaseDeveloperNotificationMessage", "New subscription", "Your subscription to $ProdName is active",
		"Tells a developer that a subscription is active.",
		[]string{
			`Your subscription to $ProdName is active since $SubStartDate.`,
			`Its keys are in your profile at <a href="$DevPortalUrl/profile">$DevPortalUrl/profile</a>.`,
		}, "ProdId", "ProdName", "SubStartDate", "SubTerm"),
	builtIn("quotaLimitApproachingDeveloperNotificationMessage", "Quota almost used up", "Your quota of $ProdName is almost used up",
		"Warns a developer that a quota is almost used up.",
		[]string{
			`Your subscription to $ProdName has almost used up its quota. It starts again on $QuotaResetDate; until then calls may be refused.`,
		}, "ProdName", "SubPrimaryKey", "QuotaResetDate"),
	builtIn("rejectDeveloperNotificationMessage", "Subscription request declined", "Your request for $ProdName was declined",
		"Tells a developer that a request for a subscription was declined.",
		[]string{
			`Your request for a subscription to $ProdName was declined.`,
			`The reason given: $SubDeclineReason`,
		}, "SubDeclineReason", "ProdName"),
	builtIn("requestDeveloperNotificationMessage", "Subscription request received", "Your request for $ProdName was received",
		"Confirms that a request for a subscription was received.",
		[]string{
			`Thank you for your interest in $ProdName. We look at your request and answer to $DevEmail.`,
		}, "DevEmail", "ProdName"),
}

// templateParameters says what each parameter of a template stands for.
var templateParameters = map[string]string{
	"OrganizationName":   "The name of the organization",
	"DevFirstName":       "The developer's first name",
	"DevLastName":        "The developer's last name",
	"DevPortalUrl":       "The address of the developer portal",
	"AppId":              "The application's id",
	"AppName":            "The application's name",
	"ConfirmUrl":         "The link that confirms",
	"ConfirmQuery":       "The query of the link that confirms",
	"DevPortalHost":      "The host of the developer portal",
	"CommenterFirstName": "The commenter's first name",
	"CommenterLastName":  "The commenter's last name",
	"IssueId":            "The issue's id",
	"IssueName":          "The issue's title",
	"CommentText":        "The comment",
	"DevUsername":        "The developer's user name",
	"DevEmail":           "The developer's e-mail address",
	"IdentityProvider":   "Where the developer signs in",
	"DevPassword":        "The new password",
	"ProdId":             "The product's id",
	"ProdName":           "The product's name",
	"SubStartDate":       "The day the subscription begins",
	"SubTerm":            "How long the subscription lasts",
	"SubPrimaryKey":      "The subscription's primary key",
	"QuotaResetDate":     "The day the quota starts again",
	"SubDeclineReason":   "Why the request was declined",
}

// builtIn makes a template from paragraphs in XHTML, with its own parameters and
// those that all templates have.
func builtIn(name Name, title, subject, description string, paragraphs []string, parameters ...string) BuiltInTemplate {
	t := EmailTemplate{Subject: subject, Title: title, Description: description, IsDefault: true}
	t.Body = "<!DOCTYPE html>\n<html>\n  <head />\n  <body>\n    <p>Dear $DevFirstName $DevLastName,</p>\n"
	for _, p := range paragraphs {
		t.Body += "    <p>" + p + "</p>\n"
	}
	t.Body += "    <p>$OrganizationName<br /><a href=\"$DevPortalUrl\">$DevPortalUrl</a></p>\n  </body>\n</html>\n"
	for _, p := range append([]string{"OrganizationName", "DevFirstName", "DevLastName", "DevPortalUrl"}, parameters...) {
		t.Parameters = append(t.Parameters, TemplateParameter{Name: p, Title: templateParameters[p]})
	}
	return BuiltInTemplate{Name: name, EmailTemplate: t}
}
