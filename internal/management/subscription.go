package management

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

// Subscriptions owns the rules of subscriptions and their keys (package subscription).
type Subscriptions interface {
	Put(tx *store.Tx, ref apim.Ref, p *apim.Subscription, keys subscription.Keys) (created bool, err error)
	Keys(ctx context.Context, c subscription.Caller, id apim.PublicID) (subscription.Keys, error)
	Regenerate(ctx context.Context, actor store.Actor, c subscription.Caller, id apim.PublicID, field string) error
}

// subscriptionBehaviour leaves states, dates, limits and keys to package subscription.
func subscriptionBehaviour() behaviour {
	return behaviour{
		put: putSubscription, stored: tellOwner,
		remove: func(_ *call, tx *store.Tx, doc *store.Document) error { return subscription.Delete(tx, doc.Ref) },
		actions: map[string]func(*call) (*answer, error){
			"listSecrets":            listSubscriptionSecrets,
			"regeneratePrimaryKey":   func(c *call) (*answer, error) { return regenerateKey(c, subscription.PrimaryKey) },
			"regenerateSecondaryKey": func(c *call) (*answer, error) { return regenerateKey(c, subscription.SecondaryKey) },
		},
	}
}

// anySubscription: whoever may write a subscription here may write all of them.
var anySubscription = subscription.Caller{Admin: true}

func putSubscription(w *write) error {
	var keys struct {
		PrimaryKey   string `json:"primaryKey"`
		SecondaryKey string `json:"secondaryKey"`
	}
	sent, err := json.Marshal(w.sent)
	if err != nil {
		return err
	}
	if err := arm.Unmarshal(sent, &keys); err != nil {
		return err
	}
	_, err = w.Subscriptions.Put(w.tx, w.ref, w.resource.(*apim.Subscription), subscription.Keys{Primary: keys.PrimaryKey, Secondary: keys.SecondaryKey})
	return err
}

// tellOwner mails the owner about a subscription's new state if notify= asks for it.
func tellOwner(w *write) error {
	notify, err := w.query.Bool("notify")
	if err != nil || !notify || w.Mailer == nil {
		return err
	}
	s := w.resource.(*apim.Subscription)
	var old apim.Subscription
	if w.old != nil {
		if err := w.old.Decode(&old); err != nil {
			return err
		}
	}
	templates := map[string]apim.Name{
		apim.SubscriptionActive:    "purchaseDeveloperNotificationMessage",
		apim.SubscriptionSubmitted: "requestDeveloperNotificationMessage",
		apim.SubscriptionRejected:  "rejectDeveloperNotificationMessage",
	}
	template := templates[s.State]
	if template == "" || s.OwnerID == "" || s.State == old.State {
		return nil
	}
	opening := s.Opening()
	values := map[string]string{"ProdId": string(opening.Target().PublicID()), "ProdName": s.DisplayName, "SubDeclineReason": s.StateComment,
		"SubStartDate": w.tx.Now().Format("2006-01-02"), "SubTerm": ""}
	if opening.Product != "" {
		var p apim.Product
		if _, err := w.tx.Decode(opening.Product, &p); err != nil {
			return err
		}
		values["ProdName"] = p.DisplayName
	}
	return w.mail(w.tx, template, apim.Ref(s.OwnerID), values)
}

// listSubscriptionSecrets answers with both keys, flat.
func listSubscriptionSecrets(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	keys, err := c.Subscriptions.Keys(c.r.Context(), anySubscription, c.ref.PublicID())
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: map[string]string{"primaryKey": keys.Primary, "secondaryKey": keys.Secondary}}, nil
}

func regenerateKey(c *call, field string) (*answer, error) {
	return done(c.Subscriptions.Regenerate(c.r.Context(), c.actor(), anySubscription, c.ref.PublicID(), field))
}
