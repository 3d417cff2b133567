package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
)

// validate holds objects to the rules of the API server, and prints them.
func validate(objects []runtime.Object) error {
	for _, object := range objects {
		internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
		if err != nil {
			return err
		}
		name, problems := problemsOf(internal)
		if err := problems.ToAggregate(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println(name)
	}
	return nil
}

func problemsOf(object runtime.Object) (string, field.ErrorList) {
	switch object := object.(type) {
	case *apps.Deployment:
		object.Namespace = core.NamespaceDefault
		return "Deployment " + object.Name, appsvalidation.ValidateDeployment(object, corevalidation.PodValidationOptions{})
	case *core.ConfigMap:
		object.Namespace = core.NamespaceDefault
		return "ConfigMap " + object.Name, corevalidation.ValidateConfigMap(object)
	case *core.Service:
		object.Namespace = core.NamespaceDefault
		return "Service " + object.Name, corevalidation.ValidateServiceCreate(object)
	default:
		return fmt.Sprintf("%T", object), field.ErrorList{field.InternalError(nil, fmt.Errorf("no rules for it here"))}
	}
}
