<?php
/**
 * Plugin Name: Centralino Forms
 * Description: Sends what visitors fill in to the company's Centralino, and keeps it until it has arrived.
 * Version: 1.0.0
 * Requires at least: 5.5
 * Requires PHP: 7.4
 * License: MIT
 * License URI: https://opensource.org/license/mit
 */

defined( 'ABSPATH' ) || exit;

define( 'CENTRALINO_ADDRESS', '@address@' );
define( 'CENTRALINO_THANKS', '@thanks@' );
define( 'CENTRALINO_REQUIRED', '@required@' );
define( 'CENTRALINO_WORDS', '@words@' );
define( 'CENTRALINO_TOLD', '@told@' );
// As many as the server takes from one address in a minute.
define( 'CENTRALINO_A_RUN', 10 );
define( 'CENTRALINO_TELL_AFTER', 5 );
define( 'CENTRALINO_LONGEST_PAUSE', 6 * 3600 );
define( 'CENTRALINO_GIVE_UP', 7 * 24 * 3600 );
define( 'CENTRALINO_LONGEST', 100000 );

function centralino_table() {
	global $wpdb;
	return $wpdb->prefix . 'centralino_posts';
}

/** Posts that have not arrived. `due` is when the next try is, 0 where none is made any more. */
function centralino_install() {
	global $wpdb;
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	$table = centralino_table();
	dbDelta( "CREATE TABLE $table (
  id varchar(32) NOT NULL,
  body longtext NOT NULL,
  added bigint NOT NULL,
  due bigint NOT NULL,
  tries int NOT NULL,
  answer varchar(200) NOT NULL,
  PRIMARY KEY  (id)
) {$wpdb->get_charset_collate()};" );
	// Not whenever the file is read: deleting reads it once more, and WordPress would remember the plugin for ever.
	register_uninstall_hook( __FILE__, 'centralino_uninstall' );
}

function centralino_schedule() {
	if ( ! wp_next_scheduled( 'centralino_send' ) ) {
		wp_schedule_event( time(), 'centralino_minute', 'centralino_send' );
	}
}

function centralino_stop() {
	wp_clear_scheduled_hook( 'centralino_send' );
}

function centralino_uninstall() {
	global $wpdb;
	centralino_stop();
	$wpdb->query( 'DROP TABLE IF EXISTS ' . centralino_table() );
}

/** The page's address; campaign and click ids stay behind unless the visitor agreed (WP Consent API, where a site has it). */
function centralino_place( $page ) {
	$agreed = ! function_exists( 'wp_has_consent' ) || wp_has_consent( 'marketing' );
	return apply_filters( 'centralino_page', $agreed ? (string) $page : strtok( (string) $page, '?#' ) );
}

/** Keeps a post, then tries to send it at once, unless others are waiting because the server cannot be reached. */
function centralino_keep( array $fields, $page ) {
	global $wpdb;
	$told = array();
	foreach ( $fields as $field ) {
		$value  = is_array( $field['value'] ) ? implode( ', ', array_filter( $field['value'], 'is_scalar' ) ) : $field['value'];
		$told[] = array( 'id' => (string) $field['id'], 'title' => (string) $field['title'], 'value' => substr( (string) $value, 0, CENTRALINO_LONGEST ) );
	}
	$row = array( 'id' => bin2hex( random_bytes( 16 ) ), 'added' => time(), 'due' => time(), 'tries' => 0, 'answer' => '' );
	// A letter cut in two at the end of a long text is replaced, not refused.
	$row['body'] = wp_json_encode( array( '_id' => $row['id'], '_page' => (string) centralino_place( $page ), 'fields' => $told ), JSON_INVALID_UTF8_SUBSTITUTE );
	if ( ! $wpdb->insert( centralino_table(), $row ) ) {
		centralino_install();
		$wpdb->insert( centralino_table(), $row );
	}
	if ( ! $wpdb->get_var( 'SELECT COUNT(*) FROM ' . centralino_table() . ' WHERE tries > 0 AND due > 0' ) ) {
		centralino_send( (object) $row, 5 );
	}
}

/** Sends what is due; ends at the first that does not arrive because of the server. */
function centralino_send_due() {
	global $wpdb;
	$table = centralino_table();
	$query = "SELECT * FROM $table WHERE due > 0 AND due <= %d ORDER BY due, added LIMIT %d";
	foreach ( $wpdb->get_results( $wpdb->prepare( $query, time(), CENTRALINO_A_RUN ) ) as $row ) {
		if ( ! centralino_send( $row, 15 ) ) {
			return;
		}
		// The server is there again: the others need not wait out their pauses.
		$wpdb->query( $wpdb->prepare( "UPDATE $table SET due = %d WHERE due > %d", time(), time() ) );
	}
}

/** One try; whether the server answered as it should. A post that is sent twice is known there by its id. */
function centralino_send( $row, $seconds ) {
	global $wpdb;
	$table = centralino_table();
	$claim = $wpdb->prepare( "UPDATE $table SET due = %d WHERE id = %s AND due = %d", time() + 120, $row->id, $row->due );
	$mine  = $wpdb->query( $claim );
	if ( 0 === $mine ) {
		return true;
	}
	$answer = wp_remote_post(
		CENTRALINO_ADDRESS,
		array( 'timeout' => $seconds, 'redirection' => 0, 'headers' => array( 'Content-Type' => 'application/json', 'Accept' => 'application/json' ), 'body' => $row->body )
	);
	$status = is_wp_error( $answer ) ? 0 : (int) wp_remote_retrieve_response_code( $answer );
	$text   = is_wp_error( $answer ) ? $answer->get_error_message() : wp_remote_retrieve_body( $answer );
	$said   = json_decode( $text, true );
	if ( 200 === $status && is_array( $said ) && ! empty( $said['ok'] ) ) {
		$wpdb->delete( $table, array( 'id' => $row->id ) );
		return true;
	}
	$tries   = (int) $row->tries + ( 429 === $status ? 0 : 1 );
	$pause   = 429 === $status ? 60 : min( 60 * pow( 2, min( $tries, 12 ) ), CENTRALINO_LONGEST_PAUSE );
	$refused = in_array( $status, array( 413, 422 ), true );
	$due     = $refused || time() - $row->added > CENTRALINO_GIVE_UP ? 0 : time() + $pause;
	$answer  = substr( trim( ( $status ? "$status " : '' ) . wp_strip_all_tags( $text ) ), 0, 190 );
	$wpdb->update( $table, array( 'due' => $due, 'tries' => $tries, 'answer' => preg_replace( '/[^\x20-\x7e]/', '?', $answer ) ), array( 'id' => $row->id ) );
	return $refused;
}

function centralino_wanted( $plugin, $form ) {
	return apply_filters( 'centralino_wanted', true, $plugin, $form );
}

function centralino_field( $id, $title, $value ) {
	return array( 'id' => $id, 'title' => $title, 'value' => $value );
}

function centralino_cf7( $form, &$abort, $submission ) {
	if ( ! centralino_wanted( 'cf7', $form->id() ) ) {
		return;
	}
	$fields = array();
	foreach ( $submission->get_posted_data() as $name => $value ) {
		$fields[] = centralino_field( $name, $name, $value );
	}
	foreach ( $submission->uploaded_files() as $name => $paths ) {
		$fields[] = centralino_field( $name, $name, array_map( 'basename', (array) $paths ) );
	}
	centralino_keep( $fields, $submission->get_meta( 'url' ) );
}

function centralino_wpforms( $fields, $entry, $form ) {
	if ( centralino_wanted( 'wpforms', $form['id'] ) ) {
		$told = array();
		foreach ( $fields as $one ) {
			$told[] = centralino_field( 'field-' . $one['id'], $one['name'], $one['value'] );
		}
		centralino_keep( $told, wp_get_referer() );
	}
}

function centralino_gravity( $entry, $form ) {
	if ( 'spam' !== $entry['status'] && centralino_wanted( 'gravity', $form['id'] ) ) {
		$fields = array();
		foreach ( $form['fields'] as $one ) {
			$fields[] = centralino_field( 'field-' . $one->id, $one->label, $one->get_value_export( $entry ) );
		}
		centralino_keep( $fields, $entry['source_url'] );
	}
}

function centralino_elementor( $record ) {
	if ( centralino_wanted( 'elementor', $record->get_form_settings( 'id' ) ) ) {
		$fields = array();
		foreach ( $record->get( 'fields' ) as $one ) {
			$fields[] = centralino_field( $one['id'], $one['title'] ? $one['title'] : $one['id'], $one['value'] );
		}
		centralino_keep( $fields, wp_get_referer() );
	}
}

function centralino_shortcode() {
	$words = CENTRALINO_WORDS;
	if ( isset( $_GET['centralino'] ) && 'thanks' === $_GET['centralino'] ) {
		return '<p id="centralino">' . esc_html( $words['thanks'] ) . '</p>';
	}
	$kinds = array( 'name' => 'text', 'company' => 'text', 'email' => 'email', 'phone' => 'tel', 'message' => '' );
	$html  = '<form id="centralino" method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">';
	$html .= '<input type="hidden" name="action" value="centralino_form">';
	$html .= '<input type="hidden" name="back" value="' . esc_attr( (string) get_permalink() ) . '">';
	foreach ( $kinds as $name => $kind ) {
		$more  = ' name="centralino_' . $name . '"' . ( in_array( $name, CENTRALINO_REQUIRED, true ) ? ' required' : '' );
		$input = $kind ? "<input type=\"$kind\"$more>" : "<textarea rows=\"6\"$more></textarea>";
		$html .= '<p><label>' . esc_html( $words[ $name ] ) . '<br>' . $input . '</label></p>';
	}
	$html .= '<input name="centralino__website" tabindex="-1" autocomplete="off" aria-hidden="true" style="position:absolute;left:-9999px">';
	return $html . '<p><button>' . esc_html( $words['send'] ) . '</button></p></form>';
}

/** A post of our own form. Nothing is asked of the page but the fields: a cached page must go on working for days. */
function centralino_posted() {
	$sent = array();
	foreach ( array( 'name', 'company', 'email', 'phone', 'message', '_website' ) as $name ) {
		$value         = isset( $_POST[ "centralino_$name" ] ) ? wp_unslash( $_POST[ "centralino_$name" ] ) : '';
		$sent[ $name ] = is_string( $value ) ? trim( $value ) : '';
	}
	$has_phone = preg_match_all( '/\d/', $sent['phone'] ) >= 5;
	$missing   = '' === $sent['email'] ? ! $has_phone : ! is_email( $sent['email'] );
	foreach ( CENTRALINO_REQUIRED as $name ) {
		$missing = $missing || ( isset( $sent[ $name ] ) && '' === $sent[ $name ] && ! ( 'email' === $name && $has_phone ) );
	}
	if ( $missing && '' === $sent['_website'] ) {
		wp_die( esc_html( CENTRALINO_WORDS['mend'] . ' ' . CENTRALINO_WORDS['no_way'] ), '', array( 'response' => 422, 'back_link' => true ) );
	}
	$fields = array();
	foreach ( $sent as $name => $value ) {
		$fields[] = centralino_field( $name, isset( CENTRALINO_WORDS[ $name ] ) ? CENTRALINO_WORDS[ $name ] : $name, $value );
	}
	$back = isset( $_POST['back'] ) && is_string( $_POST['back'] ) ? wp_validate_redirect( wp_unslash( $_POST['back'] ), home_url( '/' ) ) : home_url( '/' );
	centralino_keep( $fields, $back );
	wp_redirect( CENTRALINO_THANKS ? CENTRALINO_THANKS : add_query_arg( 'centralino', 'thanks', $back ) . '#centralino' );
	exit;
}

function centralino_notice() {
	global $wpdb;
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$count   = 'SELECT COUNT(*) FROM ' . centralino_table();
	$counted = array(
		'refused' => (int) $wpdb->get_var( "$count WHERE due = 0" ),
		'waiting' => (int) $wpdb->get_var( $wpdb->prepare( "$count WHERE due > 0 AND %d <= (SELECT MAX(tries) FROM " . centralino_table() . ' WHERE due > 0)', CENTRALINO_TELL_AFTER ) ),
	);
	foreach ( array_filter( $counted ) as $name => $number ) {
		echo '<div class="notice notice-error"><p>' . esc_html( sprintf( CENTRALINO_TOLD[ $name ], $number ) );
		echo ' <a href="' . esc_url( admin_url( 'tools.php?page=centralino' ) ) . '">' . esc_html( CENTRALINO_TOLD['look'] ) . '</a></p></div>';
	}
}

function centralino_menu() {
	add_management_page( 'Centralino', 'Centralino', 'manage_options', 'centralino', 'centralino_page' );
}

/** Under Tools: what has not arrived, to be read, tried again or removed. */
function centralino_page() {
	global $wpdb;
	$rows = $wpdb->get_results( 'SELECT * FROM ' . centralino_table() . ' ORDER BY added LIMIT 200' );
	echo '<div class="wrap"><h1>' . esc_html( CENTRALINO_TOLD['title'] ) . '</h1>';
	echo $rows ? '' : '<p>' . esc_html( CENTRALINO_TOLD['none'] ) . '</p>';
	foreach ( $rows as $row ) {
		echo '<h2>' . esc_html( wp_date( 'Y-m-d H:i', (int) $row->added ) ) . '</h2><dl>';
		foreach ( json_decode( $row->body, true )['fields'] as $one ) {
			echo '<dt><b>' . esc_html( $one['title'] ) . '</b></dt><dd style="white-space:pre-wrap">' . esc_html( $one['value'] ) . '</dd>';
		}
		echo '</dl><p>' . esc_html( CENTRALINO_TOLD['answer'] . ' ' . $row->answer ) . '</p>';
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">' . wp_nonce_field( 'centralino', '_wpnonce', true, false );
		echo '<input type="hidden" name="action" value="centralino_waiting"><input type="hidden" name="id" value="' . esc_attr( $row->id ) . '">';
		echo '<button class="button" name="verb" value="again">' . esc_html( CENTRALINO_TOLD['again'] ) . '</button> ';
		echo '<button class="button" name="verb" value="remove">' . esc_html( CENTRALINO_TOLD['remove'] ) . '</button></form>';
	}
	echo '</div>';
}

function centralino_waiting() {
	global $wpdb;
	if ( ! current_user_can( 'manage_options' ) || ! check_admin_referer( 'centralino' ) ) {
		wp_die( '', '', array( 'response' => 403 ) );
	}
	$which = array( 'id' => isset( $_POST['id'] ) ? sanitize_key( $_POST['id'] ) : '' );
	if ( isset( $_POST['verb'] ) && 'remove' === $_POST['verb'] ) {
		$wpdb->delete( centralino_table(), $which );
	} else {
		$wpdb->update( centralino_table(), array( 'due' => time(), 'added' => time(), 'tries' => 0 ), $which );
		centralino_send_due();
	}
	wp_safe_redirect( admin_url( 'tools.php?page=centralino' ) );
	exit;
}

register_activation_hook( __FILE__, 'centralino_install' );
register_deactivation_hook( __FILE__, 'centralino_stop' );
add_filter( 'cron_schedules', fn( $known ) => $known + array( 'centralino_minute' => array( 'interval' => 60, 'display' => 'Centralino' ) ) );
add_action( 'init', 'centralino_schedule' );
add_action( 'centralino_send', 'centralino_send_due' );
add_action( 'wpcf7_before_send_mail', 'centralino_cf7', 10, 3 );
add_action( 'wpforms_process_complete', 'centralino_wpforms', 10, 3 );
add_action( 'gform_after_submission', 'centralino_gravity', 10, 2 );
add_action( 'elementor_pro/forms/new_record', 'centralino_elementor' );
add_shortcode( 'centralino_form', 'centralino_shortcode' );
add_action( 'admin_post_centralino_form', 'centralino_posted' );
add_action( 'admin_post_nopriv_centralino_form', 'centralino_posted' );
add_action( 'admin_notices', 'centralino_notice' );
add_action( 'admin_menu', 'centralino_menu' );
add_action( 'admin_post_centralino_waiting', 'centralino_waiting' );
